"""How well a model predicts answers that it has not seen: PLSpredict, CVPAT and blindfolding."""
