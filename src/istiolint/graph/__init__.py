"""The mesh as a picture: who calls whom, through which gateways and routes, with which mTLS, and what is wrong where."""
