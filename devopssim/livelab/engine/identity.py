"""Identity of a lab: what tells it from labs of the same name that other users or machines have on one engine."""

import json
import platform
from contextlib import suppress
from hashlib import sha256

from devopssim.livelab.engine.paths import DESCRIPTION, LAB_NAME, lab_folder


def identity_of(name: str) -> str:
    """Return a lab's identity: the value of its label, and part of the names of its containers, networks and volumes.

    The lab's file keeps it. Without the file, it follows from the names of this machine and of the lab's folder, so that a lab
    is found again whose start was interrupted, or whose folder is gone.

    Parameters
    ----------
    name : str
        Name of the lab.

    Returns
    -------
    str
        The name, a dash and eight hexadecimal digits; the name alone for a lab of an earlier version.

    Examples
    --------
    >>> identity_of("lab").startswith("lab-"), len(identity_of("lab"))
    (True, 12)
    """
    folder = lab_folder(name)
    with suppress(OSError, ValueError, AttributeError):
        return str(json.loads((folder / DESCRIPTION).read_text(encoding="utf-8")).get("identity", name))
    place = f"{platform.node()} {folder.resolve()}"
    return f"{name}-{sha256(place.encode()).hexdigest()[:8]}"


def lab_of(identity: str) -> str:
    """Return the name of the lab with an identity; where that is no lab of this cache, the identity itself.

    Parameters
    ----------
    identity : str
        Value of a lab's label.

    Examples
    --------
    >>> lab_of(identity_of("lab")), lab_of("lab-of-another-user")
    ('lab', 'lab-of-another-user')
    """
    name = identity.rpartition("-")[0]
    is_own = LAB_NAME.fullmatch(name) is not None and identity_of(name) == identity
    return name if is_own else identity
