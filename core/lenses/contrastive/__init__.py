"""Uniformity, alignment and what trades one for the other."""

from core.family import Family

FAMILY = Family(
    title="Uniformity & alignment",
    intro=(
        "A contrastive encoder should put partners close together (alignment) and spread "
        "everything else over the sphere (uniformity)."
    ),
    icon="blur_on",
    sign="uniformity",
    order=2,
    names={
        "t": "t",
        "eps": "Epsilon",
        "k_jem": "k-JEM",
        "n_salient": "Salient directions",
        "cua": "CUA",
        "cuaxu": "CUAXU",
    },
)
