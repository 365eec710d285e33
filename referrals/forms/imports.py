"""Input of the imports: the file, its columns, its words, what is kept of them."""

import hashlib

from django import forms
from django.conf import settings
from django.core.files.base import ContentFile

from accounts.models import User
from referrals.imports import contents, drafts, registry, spreadsheets
from referrals.imports.registry import Refused
from referrals.models import ImportRun

MOST_PASTED = 2_000_000  # characters
PASTED = "Pasted table"
LEFT_OUT = [("", "Leave out")]
BLANK = "-"  # stands for "leave the cell blank" in a select
MOST_CHOICES = 300
LAST_HEADER_ROW = 1000


def kind_choices():
    return [("", "All kinds"), *importer_choices()]


def importer_choices():
    return [(importer.kind, importer.title) for importer in registry.importers()]


def preset_choices():
    presets = [
        (preset, f"{importer.title}: {preset}")
        for importer in registry.importers()
        for preset in importer.presets
    ]
    return [("", "The product's own layout"), *presets]


def options_of_all():
    return registry.options()


class ImportFilterForm(forms.Form):
    q = forms.CharField(
        label="File, source or mapping",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "maxlength": 100}),
    )
    kind = forms.ChoiceField(choices=kind_choices, required=False)
    status = forms.ChoiceField(
        choices=[("", "Any status"), *ImportRun.Status.choices], required=False
    )
    by = forms.ModelChoiceField(
        User.objects.none(), label="Started by", required=False, empty_label="Anybody"
    )

    def __init__(self, data=None, *, user):
        super().__init__(data)
        runs = ImportRun.objects.visible_to(user)
        people = User.objects.filter(pk__in=runs.values("started_by"))
        self.fields["by"].queryset = people.order_by("name", "pk")

    @property
    def is_narrowed(self):
        return self.is_valid() and any(self.cleaned_data.values())

    def narrow(self, runs):
        chosen = self.cleaned_data if self.is_valid() else {}
        fields = {"kind": "kind", "status": "status", "by": "started_by"}
        runs = runs.filter(
            **{
                field: chosen[name]
                for name, field in fields.items()
                if chosen.get(name)
            }
        )
        return runs.called(chosen["q"]) if chosen.get("q") else runs


class ImportForm(forms.Form):
    """A file to bring in, or a table that is pasted."""

    kind = forms.ChoiceField(choices=importer_choices, label="What is in the file?")
    source = forms.CharField(
        max_length=60,
        initial="default",
        help_text="Whose file it is. Numbers of two sources are never mixed up.",
    )
    file = forms.FileField(
        max_length=None,
        required=False,
        help_text="A spreadsheet (xlsx, xls, ods), or text with a header and commas, "
        "tabs, pipes or semicolons. Shapes: a zipped shapefile, or GeoJSON.",
    )
    pasted = forms.CharField(
        required=False,
        strip=False,
        max_length=MOST_PASTED,
        label="Or paste a table",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="Cells copied in a spreadsheet, with their header.",
    )
    preset = forms.ChoiceField(
        choices=preset_choices, required=False, label="Layout of the file"
    )
    is_dry_run = forms.BooleanField(
        required=False, label="Only say what would happen, change nothing"
    )
    is_forced = forms.BooleanField(
        required=False, label="Take the file even if it was taken before"
    )
    # An upload of before, kept because something else in the form was wrong.
    kept = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, waiting, is_too_large=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.waiting, self.is_too_large, self.kept_draft = waiting, is_too_large, None
        self.option_names = []
        for option in options_of_all():
            self.fields[option.name] = (
                forms.BooleanField(required=False, label=option.label)
                if option.is_flag
                else forms.CharField(max_length=60, required=False, label=option.label)
            )
            self.option_names.append(option.name)

    @property
    def main_fields(self):
        hidden = (*self.option_names, "kept")
        return [field for field in self if field.name not in hidden]

    @property
    def kept_field(self):
        return self["kept"]

    @property
    def option_fields(self):
        return [self[name] for name in self.option_names]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if self.is_too_large:
            limit = settings.UPLOAD_LIMIT // 2**20
            raise forms.ValidationError(
                f"The file is larger than {limit:,} MB. Bring it in with import_file."
            )
        if file and self.is_text:
            start = file.read(contents.LOOKED_AT)
            file.seek(0)
            is_book = start.startswith(spreadsheets.MARKS)
            if not is_book and (problem := contents.problem_of(start)):
                raise forms.ValidationError(problem)
        return file

    def clean_kept(self):
        uid = self.cleaned_data["kept"]
        self.kept_draft = self.waiting.filter(uid=uid).first() if uid else None
        return self.kept_draft

    def clean(self):
        cleaned = super().clean()
        kind, preset = cleaned.get("kind"), cleaned.get("preset")
        if kind and preset and preset not in registry.get(kind).presets:
            self.add_error("preset", "This layout belongs to another kind of file.")
        given = (cleaned.get("file"), (cleaned.get("pasted") or "").strip())
        if all(given):
            self.add_error("pasted", "Give either a file or a pasted table.")
        is_said = {"file", "pasted"} & self.errors.keys()
        if not any(given) and not cleaned.get("kept") and not is_said:
            self.add_error(
                "file", "Choose a file, or paste a table below: one is required."
            )
        return cleaned

    @property
    def good_file(self):
        """The file that was sent, if it is not what is wrong with the form."""
        return None if "file" in self.errors else self.cleaned_data.get("file")

    @property
    def is_text(self):
        """Can the file be kept before it is known what is in it?"""
        kind = self.cleaned_data.get("kind")
        return not kind or registry.get(kind).is_text

    def keep(self, draft):
        """Show that the file is kept: it need not be chosen again."""
        self.data = self.data.copy()
        self.data["kept"] = str(draft.uid)
        self.kept_draft = draft

    def refuse(self, reason):
        has_file = self.files.get("file") or not self.data.get("pasted")
        self.add_error("file" if has_file else "pasted", reason)

    @property
    def new_file(self):
        """What is to be stored: a file, or the pasted table as one; else None."""
        if file := self.cleaned_data.get("file"):
            return file
        pasted = (self.cleaned_data.get("pasted") or "").strip("\r\n")
        if not pasted.strip():
            return None
        text = pasted.encode(errors="replace")
        return ContentFile(text + b"\n", name=PASTED)

    def draft_fields(self):
        """As fields of ImportDraft."""
        cleaned = self.cleaned_data
        told = {
            option.name: cleaned[option.name]
            for option in registry.get(cleaned["kind"]).options
        }
        plain = ("kind", "source", "preset", "is_dry_run", "is_forced")
        return {
            **{name: cleaned[name] for name in plain},
            "options": {
                name: "yes" if value is True else value
                for name, value in told.items()
                if value
            },
        }


class TableForm(forms.Form):
    """Which sheet is read, where its header stands, and with which mapping."""

    sheet = forms.ChoiceField(label="Sheet", required=False)
    header_row = forms.IntegerField(
        label="Row of the header", min_value=1, max_value=LAST_HEADER_ROW
    )
    mapping = forms.ModelChoiceField(
        None, label="Saved mapping", required=False, empty_label="None"
    )

    def __init__(self, data=None, *, draft, mappings):
        told = ("sheet", "header_row", "mapping")
        super().__init__(data, initial={name: getattr(draft, name) for name in told})
        self.fields["mapping"].queryset = mappings
        self.fields["sheet"].choices = [(name, name) for name in draft.sheets]
        if len(draft.sheets) < 2:
            del self.fields["sheet"]
        if not mappings:
            del self.fields["mapping"]

    @property
    def told(self):
        cleaned = self.cleaned_data
        return {
            "sheet": cleaned.get("sheet", ""),
            "header_row": cleaned["header_row"],
            "saved": cleaned.get("mapping"),
        }


def field_of(*words):
    """The name of a field: by what it is about, whatever stands above it."""
    told = "\n".join(words).encode(errors="replace")
    return f"ours-{hashlib.sha256(told).hexdigest()[:16]}"


def column_choices(importer, taken=()):
    """Our columns as choices: those that are needed first."""
    groups = (("Needed", importer.required), ("Also", importer.optional))
    return [
        *LEFT_OUT,
        *(
            (label, [(name, name) for name in names if name not in taken])
            for label, names in groups
        ),
    ]


class ColumnsForm(forms.Form):
    """Each column of a file beside a select of ours."""

    def __init__(self, data=None, *, importer, columns, names):
        """`columns`: key of theirs -> ours; `names`: key -> as it stands."""
        super().__init__(data)
        self.importer, self.keys, self.names = importer, list(columns), names
        # Each of many columns offers only what is not taken yet: the page is long.
        is_wide = len(columns) > drafts.MANY_COLUMNS
        taken = set(columns.values()) - {""} if is_wide else set()
        for key in self.keys:
            # Whatever is offered, all are taken: a page may be older than the draft.
            field = forms.ChoiceField(
                choices=column_choices(importer),
                required=False,
                initial=columns[key],
                label=f"Ours for {names.get(key, key)[:80]}",
            )
            field.widget = forms.Select(
                attrs={"class": "form-select"},
                choices=column_choices(importer, taken - {columns[key]}),
            )
            self.fields[field_of(key)] = field

    def clean(self):
        cleaned = super().clean()
        first = {}
        for key in self.keys:
            ours = cleaned.get(field_of(key))
            if ours and ours in first:
                other = self.names.get(first[ours], first[ours])[:60]
                self.add_error(field_of(key), f"{other} is mapped to {ours} too.")
            elif ours:
                first[ours] = key
        if not self.errors:
            try:
                drafts.check(self.importer.kind, first)
            except Refused as reason:
                raise forms.ValidationError(str(reason)) from None
        return cleaned

    @property
    def parts(self):
        """(key of their column, its field) in the order of the file."""
        return [(key, self[field_of(key)]) for key in self.keys]

    @property
    def mapped(self):
        return {key: self.cleaned_data[field_of(key)] for key in self.keys}


def word_choices(words, *, is_saved=False):
    kept = "As it is, as something new" if words.is_open else "As it is (not taken)"
    keep = "As it is" if is_saved else kept
    ours = words.choices[:MOST_CHOICES]
    return [("", keep), (BLANK, "Leave blank"), ("Ours", ours)]


class WordsForm(forms.Form):
    """Each unknown word of a file beside a select of ours."""

    def __init__(self, data=None, *, unknown, is_saved=False):
        super().__init__(data)
        self.unknown = unknown
        for one in unknown:
            for word in one.found:
                self.fields[field_of(one.column, word.key)] = forms.ChoiceField(
                    choices=word_choices(one.words, is_saved=is_saved),
                    required=False,
                    initial=BLANK if word.ours == "" else word.ours or "",
                    label=f"Ours for {word.text}",
                    widget=forms.Select(attrs={"class": "form-select"}),
                )

    @property
    def parts(self):
        """(what is unknown of a column, [(word, its field)])."""
        return [
            (
                one,
                [(word, self[field_of(one.column, word.key)]) for word in one.found],
            )
            for one in self.unknown
        ]

    def mapped(self, before):
        """`before` with what was chosen: our column -> {their word -> ours}."""
        told = {column: dict(words) for column, words in before.items()}
        for one in self.unknown:
            words = told.setdefault(one.column, {})
            for word in one.found:
                chosen = self.cleaned_data[field_of(one.column, word.key)]
                words.pop(word.key, None)
                if chosen:
                    words[word.key] = "" if chosen == BLANK else chosen
        return {column: words for column, words in told.items() if words}


class StartForm(forms.Form):
    """The last word before an import."""

    save_as = forms.CharField(
        max_length=80,
        required=False,
        label="Save this mapping as",
        help_text="The next file of this kind and source begins with it. Blank: it is "
        "not saved.",
    )

    def __init__(self, data=None, *, draft, user):
        saved = draft.mapping
        is_own = saved and saved.made_by_id == user.pk
        super().__init__(data, initial={"save_as": saved.name if is_own else ""})
        if not registry.get(draft.kind).is_mappable:
            del self.fields["save_as"]


class MappingForm(forms.Form):
    """The name of a saved mapping and the source it is for."""

    name = forms.CharField(max_length=80)
    source = forms.CharField(max_length=60)

    def __init__(self, data=None, *, saved):
        super().__init__(data, initial={"name": saved.name, "source": saved.source})
        self.saved = saved

    def clean(self):
        cleaned = super().clean()
        named = {name: cleaned.get(name, "") for name in ("name", "source")}
        if self.saved.namesakes(**named).exists():
            self.add_error("name", "Another mapping of this source has this name.")
        return cleaned
