"""The plan editor and the dialogs for prescriptions."""
