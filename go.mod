module goactivemq

go 1.26
