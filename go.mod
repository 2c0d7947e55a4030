module chancery

go 1.26

require github.com/go-jose/go-jose/v4 v4.1.8

require github.com/alecthomas/kong v1.17.0
