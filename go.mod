module goactivemq

go 1.26

require github.com/beevik/etree v1.8.1

require github.com/antchfx/xpath v1.3.9 // indirect
