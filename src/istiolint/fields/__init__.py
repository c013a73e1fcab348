"""Where things are in each kind of resource, and what is wrong with their values, for the checks of several topics."""
