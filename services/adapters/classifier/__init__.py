"""The trained classifier: columns → n-grams → one linear model, with a confidence that keeps its word."""
