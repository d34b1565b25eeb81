"""Image groups of EMBED: which mammograms of one woman stand together, and what the radiologist's assessments answer."""
