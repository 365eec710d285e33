from django import forms
from django.http import QueryDict

from accounts.models import SavedView

QUERY_LENGTH = SavedView._meta.get_field("query").max_length


def hidden(length):
    return forms.CharField(
        required=False, max_length=length, widget=forms.HiddenInput, strip=False
    )


class SavedViewForm(forms.ModelForm):
    """The name of a view, and who sees it."""

    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if self.namesakes(name).exists():
            raise forms.ValidationError("You have a view of this name here.")
        return name

    def namesakes(self, name):
        """Other views of the owner, of the same list, that are called the same."""
        mine = SavedView.objects.filter(
            owner_id=self.instance.owner_id, list_name=self.instance.list_name
        )
        return mine.named(name).exclude(pk=self.instance.pk)


class NewSavedViewForm(SavedViewForm):
    """A new view of what a list shows; or an old one, replaced by that."""

    replace = forms.BooleanField(
        required=False,
        label="Replace it",
        help_text="The view of this name then shows what the list shows now.",
        widget=forms.HiddenInput,
    )
    list = hidden(100)
    query = hidden(6000)
    columns = hidden(2000)

    def __init__(self, *args, shown, owner, asked, **kwargs):
        instance = SavedView(owner=owner, list_name=shown.name)
        initial = {
            "list": shown.name,
            "query": shown.asked(asked),
            "columns": shown.chosen(asked).asked,
        }
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.shown = shown
        self.replaced = None

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        self.replaced = self.namesakes(name).first()
        return name

    def clean_query(self):
        """Only what the list understands."""
        return self.shown.asked(QueryDict(self.cleaned_data["query"]))

    def clean_columns(self):
        return self.shown.columns.chosen([self.cleaned_data["columns"]]).asked

    def clean(self):
        cleaned = super().clean()
        if self.replaced and not cleaned.get("replace"):
            self.fields["replace"].widget = forms.CheckboxInput()
            self.add_error("name", "You have a view of this name here.")
        if len(cleaned.get("query", "")) > QUERY_LENGTH:
            self.add_error(None, "These filters are too long to keep.")
        return cleaned

    def save(self):
        view = self.replaced or self.instance
        for name in ("name", "is_shared", "query", "columns"):
            setattr(view, name, self.cleaned_data[name])
        view.save()
        return view
