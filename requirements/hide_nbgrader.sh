#!/bin/sh
# Take nbgrader's instructor pages (formgrader, lists of courses and assignments) out of an environment's JupyterLab.
# Making student copies needs the library only, and students would see buttons that lead nowhere.
#     requirements/hide_nbgrader.sh .venv/bin/python [enable]
set -eu
python=$1
change=${2:-disable}
for part in formgrader validate_assignment assignment_list course_list; do
    "$python" -m jupyter server extension "$change" --sys-prefix "nbgrader.server_extensions.$part" >/dev/null 2>&1
done
"$python" -m jupyter labextension "$change" --level=sys_prefix @jupyter/nbgrader >/dev/null 2>&1
