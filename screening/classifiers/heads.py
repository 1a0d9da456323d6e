"""Order of the network's logits; training, export and serving agree on it through this list alone."""

HEADS = (
    "any_dr",
    "referable",
    "sight_threatening",
    "proliferative",
    "not_good",
    "reject",
    "kind_retina",
    "kind_outer_eye",
    "kind_other",
    "right_eye",
    "cataract",
    "glaucoma",
    "amd",
    "pathological_myopia",
    "hypertensive_retinopathy",
    "epiretinal_membrane",
)

GRADES = slice(0, 4)
QUALITY = slice(4, 6)
KINDS = slice(6, 9)
REFERABLE = HEADS.index("referable")
NOT_GOOD = HEADS.index("not_good")
REJECT = HEADS.index("reject")
RIGHT_EYE = HEADS.index("right_eye")
FINDINGS = slice(10, 16)
"""Other findings, by the words of ODIR-5K's readers; versions up to 0.3 have none."""
