"""Tier and contact details, of a practice and of a physician alike."""

import hashlib

from django.contrib import messages
from django.shortcuts import redirect, render

from liaison_crm.lib.formats import phone
from referrals import services


def contact_edit(request, subject, form_class, url):
    """Show and take the form; whoever is second is told what the first wrote."""
    before = {name: getattr(subject, name) for name in form_class.Meta.fields}
    form = form_class(request.POST or None, instance=subject)
    if form.is_valid() and saved(request, subject, form, before):
        return redirect(url)
    return render(
        request,
        "referrals/contact_edit.html",
        {"form": form, "subject": subject, "seen": fingerprint(before), "url": url},
    )


def saved(request, subject, form, before):
    """Write the form over the values `before`, if the person saw those."""
    values = {name: form.cleaned_data[name] for name in before}
    try:
        if request.POST.get("seen") != fingerprint(before):
            raise services.ChangedMeanwhile
        services.update_contact(subject=subject, seen=before, values=values)
    except services.ChangedMeanwhile:
        form.add_error(
            None,
            f"Changed meanwhile to {in_words(before)}. Save again to replace that.",
        )
        return False
    messages.success(request, f"Saved {subject}: {in_words(values)}.")
    return True


def fingerprint(values):
    """What the page showed, as a short text that comes back with the form."""
    text = "\0".join(values.values())
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def in_words(values):
    return ", ".join(
        f"{name} {phone(value) or 'empty'}" for name, value in values.items()
    )
