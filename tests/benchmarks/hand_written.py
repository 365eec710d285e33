"""The whole definition of referral events as hand-written DuckDB SQL."""

LINES_SQL = """
CREATE TABLE lines AS
SELECT claim_id, coalesce(claim_line, '1')::BIGINT AS claim_line, patient_id,
    service_date_from::DATE AS service_on,
    coalesce(referring_npi, '') AS referring_npi,
    coalesce(rendering_npi, '') AS rendering_npi,
    coalesce(billing_npi, '') AS billing_npi,
    coalesce(facility_npi, '') AS facility_npi,
    claim_type, procedure_code, diagnosis_code_1, units,
    (charge_amount::DECIMAL(14, 2) * 100)::BIGINT AS charge_cents,
    (allowed_amount::DECIMAL(14, 2) * 100)::BIGINT AS allowed_cents,
    (paid_amount::DECIMAL(14, 2) * 100)::BIGINT AS paid_cents,
    payer_name, service_line, coalesce(claim_status, 'paid') AS claim_status
FROM read_csv('{path}', header = true, all_varchar = true)
"""

EVENTS_SQL = """
CREATE TABLE events AS
WITH net AS (
    SELECT * FROM (
        SELECT * FROM lines QUALIFY row_number() OVER (
            PARTITION BY patient_id, claim_id, claim_line ORDER BY lines.rowid DESC
        ) = 1
    ) WHERE claim_status = 'paid'
), eligible AS (
    SELECT net.* EXCLUDE (service_line),
        coalesce(net.service_line, p.service_line, o.service_line, 'Unassigned')
            AS service_line,
        coalesce(allowed_cents, paid_cents, charge_cents) AS amount_cents,
        CASE WHEN allowed_cents IS NULL
            THEN coalesce(paid_cents, charge_cents) ELSE 0 END AS fallback_cents
    FROM net
    LEFT JOIN physicians AS p ON p.npi = rendering_npi
    LEFT JOIN organizations AS o ON o.npi = billing_npi
    WHERE referring_npi <> '' AND referring_npi <> rendering_npi
        AND referring_npi <> billing_npi
), counted AS (
    FROM eligible ANTI JOIN hospital_based USING (service_line)
), marked AS (
    SELECT *, coalesce(service_on - lag(service_on) OVER episode > 90, true) AS is_first
    FROM counted WINDOW episode AS (
        PARTITION BY patient_id, referring_npi, service_line
        ORDER BY service_on, claim_id, claim_line
    )
), numbered AS (
    SELECT *, sum(is_first::INT) OVER (
        PARTITION BY patient_id, referring_npi, service_line
        ORDER BY service_on, claim_id, claim_line
        ROWS UNBOUNDED PRECEDING
    ) AS number
    FROM marked
), found AS (
    SELECT patient_id, referring_npi, service_line, number,
        min(service_on) AS event_on,
        max(claim_id) FILTER (is_first) AS claim_id,
        max(claim_line) FILTER (is_first) AS claim_line,
        max(rendering_npi) FILTER (is_first) AS rendering_npi,
        max(billing_npi) FILTER (is_first) AS billing_npi,
        max(facility_npi) FILTER (is_first) AS facility_npi,
        max(payer_name) FILTER (is_first) AS payer_name,
        sum(amount_cents)::BIGINT AS amount_cents,
        sum(fallback_cents)::BIGINT AS fallback_cents,
        count(*) AS lines
    FROM numbered GROUP BY ALL
), listed AS (
    SELECT found.*,
        coalesce(r.network_status, b.network_status, f.network_status) AS listed,
        coalesce(m.network_status, 'none') AS referrer_status
    FROM found
    LEFT JOIN roster AS r ON r.npi = rendering_npi
        AND event_on >= r.effective_from AND event_on < r.effective_to
    LEFT JOIN roster AS b ON b.npi = billing_npi
        AND event_on >= b.effective_from AND event_on < b.effective_to
    LEFT JOIN roster AS f ON f.npi = facility_npi
        AND event_on >= f.effective_from AND event_on < f.effective_to
    LEFT JOIN roster AS m ON m.npi = referring_npi
        AND event_on >= m.effective_from AND event_on < m.effective_to
)
SELECT *, coalesce(nullif(billing_npi, ''), facility_npi) AS destination_npi,
    CASE WHEN listed IN ('employed', 'affiliated') THEN 'in'
        WHEN listed IS NOT NULL THEN 'out' ELSE 'unknown' END AS status,
    coalesce(listed, 'none') AS status_basis
FROM listed ORDER BY patient_id, referring_npi, service_line, event_on
"""

REPORT_SQL = """
SELECT service_line, strftime(event_on, '%Y-%m') AS month, status, count(*) AS events,
    sum(amount_cents)::BIGINT AS amount, sum(fallback_cents)::BIGINT AS fallback,
    sum(lines)::BIGINT AS lines
FROM {events} WHERE referrer_status IN ('employed', 'affiliated')
GROUP BY GROUPING SETS ((service_line, month, status), (status)) ORDER BY ALL
"""
