"""Who can see this patient, how soon, with which insurer: asked and answered."""
