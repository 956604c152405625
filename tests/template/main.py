"""Checks of template.yaml that need no AWS. usage: main.py (the functions must be built: make build)"""

import lint
import promises
import rights

for check in (rights.check, *promises.CHECKS, lint.regions, lint.check):
    print(f"  {check()}", flush=True)
