import java.io.*;
import java.nio.file.*;
import java.util.*;
import org.apache.log4j.*;
import org.apache.log4j.spi.*;

/**
 * Captures what log4j 1.2 does, into layout1.txt and rolling1.txt:
 *   TZ=UTC java -cp /usr/share/java/log4j-1.2.jar Capture1.java
 */
class Capture1 {
    static final long TIME = 1706706309123L; // 2024-01-31T13:05:09.123Z

    public static void main(String[] args) throws Exception {
        try (PrintWriter out = new PrintWriter("layout1.txt")) {
            for (String pattern : Files.readAllLines(Path.of("patterns.txt"))) {
                for (LoggingEvent event : events()) {
                    Layout layout = new EnhancedPatternLayout(pattern);
                    String line = layout.format(event);
                    if (layout.ignoresThrowable() && event.getThrowableStrRep() != null)
                        line += String.join("\n", event.getThrowableStrRep()) + "\n";
                    out.println(pattern + "\t" + quote(line));
                }
            }
        }
        try (PrintWriter out = new PrintWriter("rolling1.txt")) {
            for (int lines : new int[] {5, 10, 11, 12, 25, 60, 61}) {
                Path data = Files.createTempDirectory("capture");
                System.setProperty("activemq.data", data.toString());
                PropertyConfigurator.configure("rolling1.properties");
                for (int i = 0; i < lines; i++) Logger.getLogger("a.b").info(String.format("line %04d %89s", i, "."));
                LogManager.shutdown();
                list(out, lines, data);
            }
        }
    }

    static List<LoggingEvent> events() {
        LoggingEvent info = new LoggingEvent("fqcn", Logger.getLogger("org.apache.activemq.broker.TransportConnector"), TIME,
            Level.INFO, "Connector openwire started", "main", null, null, null, null);
        LoggingEvent error = new LoggingEvent("fqcn", Logger.getLogger("org.apache.activemq.broker.BrokerService"), TIME,
            Level.ERROR, "Failed", "ActiveMQ BrokerService[localhost] Task-1",
            new ThrowableInformation(new String[] {"java.lang.RuntimeException: boom", "\tat a.B.run(B.java:7)", "\tat a.B.main(B.java:3)"}),
            null, null, null);
        return List.of(info, error);
    }

    static void list(PrintWriter out, int lines, Path data) throws IOException {
        try (var files = Files.list(data)) {
            for (Path file : files.sorted().toList()) {
                List<String> all = Files.readAllLines(file);
                String first = all.isEmpty() ? "-" : all.get(0).substring(5, 9), last = all.isEmpty() ? "-" : all.get(all.size() - 1).substring(5, 9);
                out.println(lines + "\t" + file.getFileName() + "\t" + first + "\t" + last);
            }
        }
    }

    static String quote(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + '"';
    }
}
