from django.urls import path

from referrals.views import (
    additions,
    affiliations,
    bulk,
    confirmations,
    contacts,
    differences,
    import_wizard,
    imports,
    mappings,
    merges,
    notes,
    organizations,
    payments,
    physician_pages,
    physicians,
    practice_map,
    practice_pages,
    practices,
    proposals,
    referrals,
    roster,
    roster_changes,
    roster_editor,
    service_lines,
    specialist_edit,
    specialists,
    terms,
)

app_name = "referrals"
urlpatterns = [
    path("practices/", practices.practice_list, name="practice-list"),
    path("practices/export/", practices.practice_export, name="practice-export"),
    path("practices/map/", practice_map.practice_map, name="practice-map"),
    path(
        "practices/map/places.json",
        practice_map.practice_places,
        name="practice-places",
    ),
    path("practices/bulk/", bulk.practice_bulk, name="practice-bulk"),
    path("practices/new/", additions.practice_create, name="practice-create"),
    path("practices/<int:pk>/", practice_pages.practice_detail, name="practice-detail"),
    path("practices/<int:pk>/card/", practice_map.practice_card, name="practice-card"),
    path(
        "practices/<int:pk>/activity/",
        practice_pages.practice_activity,
        name="practice-activity",
    ),
    path("practices/<int:pk>/notes/new/", notes.note_create, name="note-create"),
    path("notes/<int:pk>/edit/", notes.note_edit, name="note-edit"),
    path("notes/<int:pk>/delete/", notes.note_delete, name="note-delete"),
    path(
        "practices/<int:pk>/people/add/",
        affiliations.affiliation_create,
        name="affiliation-create",
    ),
    path(
        "practices/<int:pk>/people/new/",
        additions.physician_create,
        name="physician-create",
    ),
    path(
        "affiliations/<int:pk>/edit/",
        affiliations.affiliation_edit,
        name="affiliation-edit",
    ),
    path(
        "affiliations/<int:pk>/end/",
        affiliations.affiliation_end,
        name="affiliation-end",
    ),
    path("practices/<int:pk>/edit/", contacts.practice_edit, name="practice-edit"),
    path(
        "practices/<int:pk>/propose/",
        contacts.practice_propose,
        name="practice-propose",
    ),
    path("physicians/", physicians.physician_list, name="physician-list"),
    path("physicians/export/", physicians.physician_export, name="physician-export"),
    path("physicians/bulk/", bulk.physician_bulk, name="physician-bulk"),
    path(
        "physicians/<int:pk>/",
        physician_pages.physician_detail,
        name="physician-detail",
    ),
    path(
        "physicians/<int:pk>/activity/",
        physician_pages.physician_activity,
        name="physician-activity",
    ),
    path("physicians/<int:pk>/edit/", contacts.physician_edit, name="physician-edit"),
    path(
        "physicians/<int:pk>/propose/",
        contacts.physician_propose,
        name="physician-propose",
    ),
    path("organizations/", organizations.organization_list, name="organization-list"),
    path(
        "organizations/export/",
        organizations.organization_export,
        name="organization-export",
    ),
    path(
        "organizations/<int:pk>/parent/",
        organizations.organization_move,
        name="organization-move",
    ),
    path(
        "organizations/new/",
        additions.organization_create,
        name="organization-create",
    ),
    path(
        "organizations/<int:pk>/",
        organizations.organization_detail,
        name="organization-detail",
    ),
    path(
        "organizations/<int:pk>/edit/",
        contacts.organization_edit,
        name="organization-edit",
    ),
    path(
        "organizations/<int:pk>/propose/",
        contacts.organization_propose,
        name="organization-propose",
    ),
    path("specialists/", specialists.specialist_list, name="specialist-list"),
    path(
        "specialists/export/", specialists.specialist_export, name="specialist-export"
    ),
    path("specialists/sheet/", specialists.specialist_sheet, name="specialist-sheet"),
    path(
        "specialists/openings/",
        specialist_edit.specialist_openings,
        name="specialist-openings",
    ),
    path("specialists/terms/", terms.term_list, name="term-list"),
    path("specialists/terms/<int:pk>/edit/", terms.term_edit, name="term-edit"),
    path("specialists/terms/<int:pk>/merge/", terms.term_merge, name="term-merge"),
    path(
        "specialists/<int:pk>/",
        specialists.specialist_detail,
        name="specialist-detail",
    ),
    path(
        "specialists/<int:pk>/contact/",
        specialists.specialist_contact,
        name="specialist-contact",
    ),
    path(
        "specialists/<int:pk>/edit/",
        specialist_edit.specialist_edit,
        name="specialist-edit",
    ),
    path(
        "specialists/<int:pk>/history/",
        specialist_edit.specialist_history,
        name="specialist-history",
    ),
    path(
        "specialists/<int:pk>/undo/",
        specialist_edit.specialist_undo,
        name="specialist-undo",
    ),
    path(
        "specialists/<int:pk>/confirm/",
        specialist_edit.specialist_confirm,
        name="specialist-confirm",
    ),
    path(
        "physicians/<int:pk>/specialist/",
        specialist_edit.specialist_create,
        name="specialist-create",
    ),
    path("duplicates/", merges.duplicate_list, name="duplicate-list"),
    path("duplicates/search/", merges.duplicate_search, name="duplicate-search"),
    path("duplicates/new/", merges.duplicate_create, name="duplicate-create"),
    path("duplicates/<int:pk>/", merges.duplicate_detail, name="duplicate-detail"),
    path(
        "duplicates/<int:pk>/dismiss/",
        merges.duplicate_dismiss,
        name="duplicate-dismiss",
    ),
    path(
        "payments/suggestions/",
        payments.payment_suggestion_list,
        name="payment-suggestion-list",
    ),
    path(
        "payments/suggestions/<int:pk>/decide/",
        payments.payment_suggestion_decide,
        name="payment-suggestion-decide",
    ),
    path("merges/", merges.merge_list, name="merge-list"),
    path("merges/<int:pk>/undo/", merges.merge_undo, name="merge-undo"),
    path("referrals/", referrals.referral_list, name="referral-list"),
    path("referrals/export/", referrals.referral_export, name="referral-export"),
    path("referrals/worklist/", referrals.referral_worklist, name="referral-worklist"),
    path("referrals/<int:pk>/", referrals.referral_detail, name="referral-detail"),
    path(
        "referrals/<int:pk>/status/", referrals.referral_status, name="referral-status"
    ),
    path("service-lines/", service_lines.service_line_list, name="service-line-list"),
    path(
        "service-lines/new/",
        service_lines.service_line_create,
        name="service-line-create",
    ),
    path(
        "service-lines/<int:pk>/edit/",
        service_lines.service_line_edit,
        name="service-line-edit",
    ),
    path(
        "service-lines/<int:pk>/delete/",
        service_lines.service_line_delete,
        name="service-line-delete",
    ),
    path(
        "service-lines/<int:pk>/codes/",
        service_lines.service_line_codes,
        name="service-line-codes",
    ),
    path(
        "service-lines/<int:pk>/codes/remove/",
        service_lines.service_line_uncode,
        name="service-line-uncode",
    ),
    path("roster/", roster.roster_list, name="roster-list"),
    path("roster/export/", roster.roster_export, name="roster-export"),
    path(
        "roster/changes/", roster_changes.roster_change_list, name="roster-change-list"
    ),
    path(
        "roster/changes/export/",
        roster_changes.roster_change_export,
        name="roster-change-export",
    ),
    path("roster/new/", roster_editor.roster_entry_create, name="roster-entry-create"),
    path(
        "roster/entries/<int:pk>/edit/",
        roster_editor.roster_entry_edit,
        name="roster-entry-edit",
    ),
    path(
        "roster/entries/<int:pk>/end/",
        roster_editor.roster_entry_end,
        name="roster-entry-end",
    ),
    path(
        "roster/entries/<int:pk>/delete/",
        roster_editor.roster_entry_delete,
        name="roster-entry-delete",
    ),
    path("roster/<str:npi>/", roster_editor.roster_detail, name="roster-detail"),
    path("roster/<str:npi>/undo/", roster_editor.roster_undo, name="roster-undo"),
    path("roster/<str:npi>/status/", roster_editor.roster_status, name="roster-status"),
    path(
        "practices/<int:pk>/confirm/",
        confirmations.practice_confirm,
        name="practice-confirm",
    ),
    path(
        "physicians/<int:pk>/confirm/",
        confirmations.physician_confirm,
        name="physician-confirm",
    ),
    path(
        "practices/<int:pk>/history/",
        confirmations.practice_history,
        name="practice-history",
    ),
    path(
        "physicians/<int:pk>/history/",
        confirmations.physician_history,
        name="physician-history",
    ),
    path(
        "organizations/<int:pk>/history/",
        confirmations.organization_history,
        name="organization-history",
    ),
    path("proposals/", proposals.proposal_list, name="proposal-list"),
    path("proposals/export/", proposals.proposal_export, name="proposal-export"),
    path("proposals/decide/", proposals.proposal_decide, name="proposal-decide"),
    path(
        "proposals/<int:pk>/withdraw/",
        proposals.proposal_withdraw,
        name="proposal-withdraw",
    ),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/export/", imports.import_export, name="import-export"),
    path("imports/new/", import_wizard.import_create, name="import-create"),
    path(
        "imports/new/<uuid:uid>/columns/",
        import_wizard.import_columns,
        name="import-columns",
    ),
    path(
        "imports/new/<uuid:uid>/table/", import_wizard.import_table, name="import-table"
    ),
    path(
        "imports/new/<uuid:uid>/values/",
        import_wizard.import_values,
        name="import-values",
    ),
    path(
        "imports/new/<uuid:uid>/preview/",
        import_wizard.import_preview,
        name="import-preview",
    ),
    path(
        "imports/new/<uuid:uid>/discard/",
        import_wizard.import_discard,
        name="import-discard",
    ),
    path("imports/mappings/", mappings.mapping_list, name="mapping-list"),
    path("imports/mappings/<int:pk>/edit/", mappings.mapping_edit, name="mapping-edit"),
    path(
        "imports/mappings/<int:pk>/delete/",
        mappings.mapping_delete,
        name="mapping-delete",
    ),
    path("imports/<uuid:uid>/", imports.import_detail, name="import-detail"),
    path(
        "imports/<uuid:uid>/progress/", imports.import_progress, name="import-progress"
    ),
    path("imports/<uuid:uid>/cancel/", imports.import_cancel, name="import-cancel"),
    path(
        "imports/<uuid:uid>/difference/",
        differences.import_difference,
        name="import-difference",
    ),
    path("imports/<uuid:uid>/take/", differences.import_take, name="import-take"),
    path(
        "imports/<uuid:uid>/complete/",
        differences.import_complete,
        name="import-complete",
    ),
    path("imports/<uuid:uid>/retry/", imports.import_retry, name="import-retry"),
    path("imports/<uuid:uid>/undo/", imports.import_undo, name="import-undo"),
    path(
        "imports/<uuid:uid>/rejected/", imports.import_rejected, name="import-rejected"
    ),
]
