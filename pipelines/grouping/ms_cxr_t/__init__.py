"""Groups of MS-CXR-T: a prior and a current chest film."""
