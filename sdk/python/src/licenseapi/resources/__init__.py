"""The nouns of the API: for each, its parameters, its objects, and its methods twice."""
