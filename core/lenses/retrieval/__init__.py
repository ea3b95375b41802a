"""Zero-shot recognition, and search for what is the same."""

from core.family import Family

FAMILY = Family(
    title="Retrieval & zero-shot",
    intro=(
        "Can items be found, named and told to be the same by their vectors alone, without "
        "training anything?"
    ),
    icon="manage_search",
    sign="verification",
    order=7,
    names={
        "accuracy_left": "Accuracy by the first modality",
        "accuracy_right": "Accuracy by the second modality",
        "auc": "AUC",
        "far": "False accept rate",
        "roc": "ROC curve",
        "semi_hard_triplets": "Semi-hard triplets",
        "val_at_far": "Accepted at the false accept rate",
    },
)
