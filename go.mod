module goactivemq

go 1.26

require github.com/beevik/etree v1.8.1

require (
	github.com/go-stomp/stomp/v3 v3.1.5 // indirect
	github.com/pavlo-v-chernykh/keystore-go/v4 v4.5.0 // indirect
	golang.org/x/crypto v0.11.0 // indirect
	nhooyr.io/websocket v1.8.17 // indirect
	software.sslmate.com/src/go-pkcs12 v0.7.4 // indirect
)
