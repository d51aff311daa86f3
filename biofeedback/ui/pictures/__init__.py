"""Pictures of the real window in every step and state: `python -m biofeedback.ui.pictures OUTDIR`."""
