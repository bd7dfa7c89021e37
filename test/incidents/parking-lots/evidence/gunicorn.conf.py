workers = 2
# timeout predefinito
