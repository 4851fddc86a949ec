// Package conf embeds the configuration that a release ships, for making new instances.
//
// The files hold the settings of ActiveMQ Classic 5.18's own and can be given to either broker.
package conf

import "embed"

// Files are the shipped files, by their plain names.
//
//go:embed activemq.xml jetty.xml jetty-realm.properties credentials.properties users.properties groups.properties
//go:embed login.config log4j2.properties logging.properties jolokia-access.xml
var Files embed.FS
