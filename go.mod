module goactivemq

go 1.26

require (
	github.com/Azure/go-amqp v1.7.0
	github.com/antchfx/xpath v1.3.9
	github.com/beevik/etree v1.8.1
	github.com/pavlo-v-chernykh/keystore-go/v4 v4.5.0
	nhooyr.io/websocket v1.8.17
	software.sslmate.com/src/go-pkcs12 v0.7.4
)

require golang.org/x/crypto v0.11.0 // indirect
