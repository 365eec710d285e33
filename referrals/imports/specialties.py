"""Specialties in words, as Medicare writes them, as taxonomy codes.

Source of the pairs: CMS, Medicare provider specialty to taxonomy crosswalk. Words
that stand for specialties of several kinds (addiction medicine, sports medicine)
have no code, and neither has "specialist".
"""

import re
from collections.abc import Callable, Iterable

from django.db.models.functions import Lower

from referrals.imports.values import word
from referrals.models import Physician, ServiceLine, Specialty

TAXONOMY = re.compile(r"[1-9][0-9A-Z]{8}X")
CODES_TEXT = """
GENERAL PRACTICE=208D00000X
GENERAL SURGERY=208600000X
ALLERGY IMMUNOLOGY=207K00000X
OTOLARYNGOLOGY=207Y00000X
ANESTHESIOLOGY=207L00000X
CARDIOLOGY=207RC0000X
CARDIOVASCULAR DISEASE CARDIOLOGY=207RC0000X
DERMATOLOGY=207N00000X
FAMILY PRACTICE=207Q00000X
FAMILY MEDICINE=207Q00000X
INTERVENTIONAL PAIN MANAGEMENT=208VP0014X
GASTROENTEROLOGY=207RG0100X
INTERNAL MEDICINE=207R00000X
OSTEOPATHIC MANIPULATIVE MEDICINE=204D00000X
NEUROLOGY=2084N0400X
NEUROSURGERY=207T00000X
OBSTETRICS GYNECOLOGY=207V00000X
HOSPICE AND PALLIATIVE CARE=207QH0002X
OPHTHALMOLOGY=207W00000X
ORAL SURGERY DENTIST ONLY=1223S0112X
ORTHOPEDIC SURGERY=207X00000X
CLINICAL CARDIAC ELECTROPHYSIOLOGY=207RC0001X
PATHOLOGY=207ZP0102X
PLASTIC AND RECONSTRUCTIVE SURGERY=208200000X
PHYSICAL MEDICINE AND REHABILITATION=208100000X
PSYCHIATRY=2084P0800X
GERIATRIC PSYCHIATRY=2084P0805X
COLORECTAL SURGERY PROCTOLOGY=208C00000X
PULMONARY DISEASE=207RP1001X
DIAGNOSTIC RADIOLOGY=2085R0202X
ANESTHESIOLOGY ASSISTANT=367H00000X
THORACIC SURGERY=208G00000X
UROLOGY=208800000X
CHIROPRACTIC=111N00000X
NUCLEAR MEDICINE=207U00000X
PEDIATRIC MEDICINE=208000000X
GERIATRIC MEDICINE=207RG0300X
NEPHROLOGY=207RN0300X
OPTOMETRY=152W00000X
CERTIFIED NURSE MIDWIFE=367A00000X
CERTIFIED REGISTERED NURSE ANESTHETIST CRNA=367500000X
INFECTIOUS DISEASE=207RI0200X
ENDOCRINOLOGY=207RE0101X
PODIATRY=213E00000X
NURSE PRACTITIONER=363L00000X
AUDIOLOGIST=231H00000X
PHYSICAL THERAPIST IN PRIVATE PRACTICE=225100000X
RHEUMATOLOGY=207RR0500X
OCCUPATIONAL THERAPIST IN PRIVATE PRACTICE=225X00000X
CLINICAL PSYCHOLOGIST=103TC0700X
REGISTERED DIETITIAN OR NUTRITION PROFESSIONAL=133V00000X
PAIN MANAGEMENT=208VP0000X
PERIPHERAL VASCULAR DISEASE=2086S0129X
VASCULAR SURGERY=2086S0129X
CARDIAC SURGERY=208G00000X
LICENSED CLINICAL SOCIAL WORKER=1041C0700X
CRITICAL CARE INTENSIVISTS=207RC0200X
HEMATOLOGY=207RH0000X
HEMATOLOGY ONCOLOGY=207RH0003X
PREVENTATIVE MEDICINE=2083P0500X
MAXILLOFACIAL SURGERY=204E00000X
CERTIFIED CLINICAL NURSE SPECIALIST=364S00000X
MEDICAL ONCOLOGY=207RX0202X
SURGICAL ONCOLOGY=2086X0206X
RADIATION ONCOLOGY=2085R0001X
EMERGENCY MEDICINE=207P00000X
INTERVENTIONAL RADIOLOGY=2085R0204X
PHYSICIAN ASSISTANT=363A00000X
GYNECOLOGICAL ONCOLOGY=207VX0201X
INTERVENTIONAL CARDIOLOGY=207RI0011X
HOSPITALIST=208M00000X
ADVANCED HEART FAILURE AND TRANSPLANT CARDIOLOGY=207RA0001X
ADULT CONGENITAL HEART DISEASE=207RA0002X
HEMATOPOIETIC CELL TRANSPLANTATION AND CELLULAR THERAPY=207RH0003X
MEDICAL GENETICS AND GENOMICS=207SG0201X
MICROGRAPHIC DERMATOLOGIC SURGERY=207ND0101X
SPEECH LANGUAGE PATHOLOGIST=235Z00000X
RURAL HEALTH CLINIC=261QR1300X
MEDICAL TOXICOLOGY=207PT0002X
UNDERSEA AND HYPERBARIC MEDICINE=207PE0005X
DENTIST=122300000X
CLINICAL SOCIAL WORKER=1041C0700X
CARDIAC ELECTROPHYSIOLOGY=207RC0001X
QUALIFIED AUDIOLOGIST=231H00000X
PSYCHOLOGIST CLINICAL=103TC0700X
PHYSICAL THERAPY=225100000X
OCCUPATIONAL THERAPY=225X00000X
CERTIFIED NURSE MIDWIFE CNM=367A00000X
QUALIFIED SPEECH LANGUAGE PATHOLOGIST=235Z00000X
ORAL SURGERY=1223S0112X
HOSPICE PALLIATIVE CARE=207QH0002X
CERTIFIED CLINICAL NURSE SPECIALIST CNS=364S00000X
MICROGRAPHIC DERMATOLOGIC SURGERY MDS=207ND0101X
MENTAL HEALTH COUNSELOR=101YM0800X
MARRIAGE AND FAMILY THERAPIST=106H00000X
REGISTERED NURSE=163W00000X
MASSAGE THERAPIST=225700000X
ACUPUNCTURIST=171100000X
"""
CODES = dict(line.split("=") for line in CODES_TEXT.split("\n") if line)


def code_of(words: str) -> str:
    """The taxonomy code of a specialty in words, whatever its signs; "" for none."""
    return CODES.get(re.sub(r"[^A-Z0-9]+", " ", words.upper()).strip(), "")


class Specialties:
    """What the cells of a chunk mean: a code, a name, or a service line.

    Codes that are not there are made. A service line says less than a code: who
    has a specialty of that line keeps it, anyone else gets the one that stands for
    the line as a whole.
    """

    def __init__(self, chunk, cells: Iterable[str]):
        self.chunk = chunk
        words = {cell.strip() for cell in cells} - {""}
        named = Specialty.objects.alias(lower_name=Lower("name"))
        lower = {cell.lower() for cell in words}
        self._named = {
            one.name.casefold(): one
            for one in named.filter(lower_name__in=lower).order_by("-code")
        }
        wanted = {*map(word, words)}
        lines = {word(line.name): line for line in ServiceLine.objects.all()}
        self._lines = {name: line for name, line in lines.items() if name in wanted}
        self._codes = {cell: self._code_of(cell) for cell in words}
        self._load()

    def _code_of(self, cell):
        if TAXONOMY.fullmatch(cell.upper()):
            return cell.upper()
        if line := self._lines.get(word(cell)):
            return whole_line(line)
        return code_of(cell)

    def _load(self):
        codes = {*self._codes.values()} - {""}
        wholes = {whole_line(line): line for line in self._lines.values()}
        self._there = Specialty.objects.in_bulk(codes, field_name="code")
        made = [
            Specialty(
                code=code,
                name=f"{wholes[code]}, not told closer" if code in wholes else "",
                service_line=wholes.get(code),
            )
            for code in sorted(codes - {*self._there})
        ]
        self.chunk.journal.create(made)
        self._there |= {one.code: one for one in made}

    def of(self, cell: str, physician: Physician) -> Specialty | None:
        """What the cell says about the physician; what nobody knows is named."""
        cell = cell.strip()
        if not cell:
            return None
        line = self._lines.get(word(cell))
        if line and self._is_of(physician, line):
            return None
        found = self._there.get(self._codes[cell]) or self._named.get(cell.casefold())
        if found is None:
            self.chunk.name("taxonomy_code", cell[:80])
        return found

    def _is_of(self, physician, line):
        present = physician.specialty
        return present is not None and present.service_line_id == line.pk


def whole_line(line: ServiceLine) -> str:
    """The code, of nobody else's, for all of a service line."""
    return f"LINE{line.pk}"[:10]


def understood() -> Callable[[str], bool]:
    """Is a cell, which is no service line, a code or a word for one?"""
    names = Specialty.objects.exclude(name="").values_list("name", flat=True)
    known = {name.casefold() for name in names}

    def is_understood(cell):
        is_code = TAXONOMY.fullmatch(cell.upper()) or code_of(cell)
        return bool(is_code) or cell.casefold() in known

    return is_understood
