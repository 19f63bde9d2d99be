"""Pages of complaints: the complainant's, the supervisors', the unit heads'."""
