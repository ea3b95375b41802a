"""Made spaces: the truth is what was asked for; may use the data model and what lies below it."""
