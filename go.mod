module goactivemq

go 1.26

require (
	github.com/Azure/go-amqp v1.7.0
	github.com/antchfx/xpath v1.3.9
	github.com/beevik/etree v1.8.1
)
