"""How good a model is: reliability, validity, the structural model and overall fit, each number with its uncertainty."""
