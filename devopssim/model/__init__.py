"""The model: demand, people, ways of working, production and security, as SimPy processes that only record what happens."""
