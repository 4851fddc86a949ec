import java.io.*;
import java.nio.file.*;
import java.util.*;
import org.apache.logging.log4j.*;
import org.apache.logging.log4j.core.*;
import org.apache.logging.log4j.core.config.*;
import org.apache.logging.log4j.core.impl.*;
import org.apache.logging.log4j.core.layout.*;
import org.apache.logging.log4j.message.*;

/**
 * Captures what log4j 2 does (2.19.0, Debian's liblog4j2-java), into layout2.txt and rolling2.txt:
 *   TZ=UTC java -cp /usr/share/java/log4j-api.jar:/usr/share/java/log4j-core.jar Capture2.java
 */
class Capture2 {
    static final long TIME = 1706706309123L; // 2024-01-31T13:05:09.123Z

    public static void main(String[] args) throws Exception {
        try (PrintWriter out = new PrintWriter("layout2.txt")) {
            for (String pattern : Files.readAllLines(Path.of("patterns.txt")))
                for (LogEvent event : events())
                    out.println(pattern + "\t" + quote(PatternLayout.newBuilder().withPattern(pattern).build().toSerializable(event)));
        }
        try (PrintWriter out = new PrintWriter("rolling2.txt")) {
            for (int lines : new int[] {5, 10, 11, 12, 25, 60, 61}) {
                Path data = Files.createTempDirectory("capture");
                System.setProperty("activemq.data", data.toString());
                LoggerContext context = Configurator.initialize("c", null, Path.of("rolling2.properties").toUri());
                var logger = context.getLogger("a.b");
                for (int i = 0; i < lines; i++) logger.info(String.format("line %04d %89s", i, "."));
                Configurator.shutdown(context);
                try (var files = Files.list(data)) {
                    for (Path file : files.sorted().toList()) {
                        List<String> all = Files.readAllLines(file);
                        String first = all.isEmpty() ? "-" : all.get(0).substring(5, 9), last = all.isEmpty() ? "-" : all.get(all.size() - 1).substring(5, 9);
                        out.println(lines + "\t" + file.getFileName() + "\t" + first + "\t" + last);
                    }
                }
            }
        }
    }

    static List<LogEvent> events() {
        Throwable boom = new RuntimeException("boom");
        boom.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "run", "B.java", 7), new StackTraceElement("a.B", "main", "B.java", 3)});
        return List.of(
            Log4jLogEvent.newBuilder().setLoggerName("org.apache.activemq.broker.TransportConnector").setLevel(Level.INFO)
                .setMessage(new SimpleMessage("Connector openwire started")).setThreadName("main").setTimeMillis(TIME).build(),
            Log4jLogEvent.newBuilder().setLoggerName("org.apache.activemq.broker.BrokerService").setLevel(Level.ERROR)
                .setMessage(new SimpleMessage("Failed")).setThreadName("ActiveMQ BrokerService[localhost] Task-1").setTimeMillis(TIME).setThrown(boom).build());
    }

    static String quote(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + '"';
    }
}
