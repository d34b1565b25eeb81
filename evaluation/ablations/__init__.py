"""What parts of the training data are worth: Fig. 4 of the Med-MIM paper, with seeds, intervals and a verdict.

Judged answers of runs go in (`study`); rows, a table, a text and a picture come out. Which records an ablation keeps, and how
it is trained, is `training`'s.
"""
