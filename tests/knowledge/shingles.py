"""Six words in a row, as fingerprints: copying is found without shipping what was copied.

``article_shingles.txt`` holds the fingerprints of the article of ``article.yaml``, whose text is not in this repository.
To write them afresh, print ``sorted(fingerprints(text))`` of the article, one a line.
"""

import hashlib
import re

LENGTH = 6
DIGITS = 8
"""Of the hash: enough that nothing matches by chance in a few ten thousand words."""


def words(text):
    return re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))


def shingles(text):
    found = words(text)
    return {" ".join(found[start : start + LENGTH]) for start in range(len(found) - LENGTH + 1)}


def fingerprint(shingle):
    return hashlib.sha256(shingle.encode()).hexdigest()[:DIGITS]


def fingerprints(text):
    return {fingerprint(each) for each in shingles(text)}
