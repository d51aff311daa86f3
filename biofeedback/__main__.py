"""`python -m biofeedback` is `biofeedback`."""

import sys

from biofeedback.cli import main

sys.exit(main())
