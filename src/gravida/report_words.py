"""The catalogue as YAML: a name and a text on each line, ready to be copied into an overlay's ``words.yaml``.

>>> print(as_yaml({"topics.removal.plain": "Taking the stitch out: when?"}), end="")
topics.removal.plain: 'Taking the stitch out: when?'
"""

from collections.abc import Mapping

import yaml


def as_yaml(texts: Mapping[str, str]) -> str:
    """Return names and texts, in the order given."""
    return yaml.safe_dump(dict(texts), allow_unicode=True, sort_keys=False, width=140)
