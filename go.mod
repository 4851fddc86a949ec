module goactivemq

go 1.26

require github.com/beevik/etree v1.8.1

require github.com/Azure/go-amqp v1.7.0
