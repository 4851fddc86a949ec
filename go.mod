module goactivemq

go 1.26

require (
	github.com/Azure/go-amqp v1.7.0
	github.com/antchfx/xpath v1.3.9
	github.com/beevik/etree v1.8.1
	github.com/eclipse/paho.golang v0.23.0
	github.com/eclipse/paho.mqtt.golang v1.5.1
	github.com/pavlo-v-chernykh/keystore-go/v4 v4.5.0
	nhooyr.io/websocket v1.8.17
	software.sslmate.com/src/go-pkcs12 v0.7.4
)

require (
	github.com/gorilla/websocket v1.5.3 // indirect
	golang.org/x/crypto v0.42.0 // indirect
	golang.org/x/net v0.44.0 // indirect
	golang.org/x/sync v0.17.0 // indirect
)
