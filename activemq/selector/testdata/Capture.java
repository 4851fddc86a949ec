import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.LocalTransactionId;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.filter.BooleanExpression;
import org.apache.activemq.filter.NonCachedMessageEvaluationContext;
import org.apache.activemq.selector.SelectorParser;

/** Asks the original for its verdict on every selector and message; README.md beside this file has the formats and the command. */
public class Capture {
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        List<ActiveMQMessage> messages = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8)) {
            if (!line.startsWith("## ")) {
                messages.add(message(line));
            }
        }
        for (String line : Files.readAllLines(Path.of(args[1]), StandardCharsets.UTF_8)) {
            if (line.startsWith("## ")) {
                out.println(line);
                continue;
            }
            String selector = line.substring(line.indexOf('\t') + 1);
            out.println(verdicts(unescape(selector), messages) + "\t" + selector);
        }
        out.flush();
    }

    /** Two letters a message: what evaluate() yields, then what matches() yields. */
    static String verdicts(String selector, List<ActiveMQMessage> messages) {
        // The original's cache forgets whether a selector converts strings, so that order would matter.
        SelectorParser.clearCache();
        BooleanExpression expression;
        try {
            expression = SelectorParser.parse(selector);
        } catch (Exception e) {
            return "invalid";
        }
        StringBuilder letters = new StringBuilder();
        for (ActiveMQMessage message : messages) {
            NonCachedMessageEvaluationContext context = new NonCachedMessageEvaluationContext();
            context.setMessageReference(message);
            letters.append(letters.length() == 0 ? "" : " ");
            try {
                Object value = expression.evaluate(context);
                letters.append(value == null ? 'N' : value.equals(Boolean.TRUE) ? 'T' : 'F');
            } catch (Exception e) {
                letters.append('X');
            }
            try {
                letters.append(expression.matches(context) ? 't' : 'f');
            } catch (Exception e) {
                letters.append('x');
            }
        }
        return letters.toString();
    }

    static ActiveMQMessage message(String line) throws Exception {
        ActiveMQMessage message = new ActiveMQMessage();
        String[] fields = line.split(" ");
        for (int i = 1; i < fields.length; i++) {
            int equals = fields[i].indexOf('=');
            int colon = fields[i].indexOf(':');
            set(message, fields[i].substring(0, equals), value(fields[i].substring(equals + 1, colon), unescape(fields[i].substring(colon + 1))));
        }
        return message;
    }

    static Object value(String type, String text) {
        switch (type) {
        case "bool": return Boolean.valueOf(text);
        case "byte": return Byte.valueOf(text);
        case "short": return Short.valueOf(text);
        case "int": return Integer.valueOf(text);
        case "long": return Long.valueOf(text);
        case "float": return Float.valueOf(text);
        case "double": return Double.valueOf(text);
        case "string": return text;
        default: throw new IllegalArgumentException(type);
        }
    }

    static void set(ActiveMQMessage message, String name, Object value) throws Exception {
        switch (name) {
        case "JMSDestination": message.setDestination(ActiveMQDestination.createDestination((String) value, ActiveMQDestination.QUEUE_TYPE)); break;
        case "JMSReplyTo": message.setReplyTo(ActiveMQDestination.createDestination((String) value, ActiveMQDestination.QUEUE_TYPE)); break;
        case "JMSType": message.setType((String) value); break;
        case "JMSMessageID": message.setJMSMessageID((String) value); break;
        case "JMSCorrelationID": message.setCorrelationId((String) value); break;
        case "JMSTimestamp": message.setTimestamp((Long) value); break;
        case "JMSExpiration": message.setExpiration((Long) value); break;
        case "JMSPriority": message.setPriority(((Integer) value).byteValue()); break;
        case "JMSDeliveryMode": message.setPersistent("PERSISTENT".equals(value)); break;
        case "JMSRedelivered": message.setRedelivered((Boolean) value); break;
        case "JMSXDeliveryCount": message.setRedeliveryCounter((Integer) value - 1); break;
        case "JMSXGroupID": message.setGroupID((String) value); break;
        case "JMSXGroupSeq": message.setGroupSequence((Integer) value); break;
        case "JMSXUserID": message.setUserID((String) value); break;
        case "JMSXProducerTXID": message.setTransactionId(transaction((String) value)); break;
        case "JMSActiveMQBrokerInTime": message.setBrokerInTime((Long) value); break;
        case "JMSActiveMQBrokerOutTime": message.setBrokerOutTime((Long) value); break;
        default: message.setProperty(name, value);
        }
    }

    /** TX:connection:number, as LocalTransactionId prints itself. */
    static LocalTransactionId transaction(String text) {
        int colon = text.lastIndexOf(':');
        return new LocalTransactionId(new ConnectionId(text.substring("TX:".length(), colon)), Long.parseLong(text.substring(colon + 1)));
    }

    /** Backslash and n, r, t, f, s (space), backslash, or u and four hexadecimal digits: a UTF-16 unit each. */
    static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            switch (text.charAt(++i)) {
            case 'n': plain.append('\n'); break;
            case 'r': plain.append('\r'); break;
            case 't': plain.append('\t'); break;
            case 'f': plain.append('\f'); break;
            case 's': plain.append(' '); break;
            case '\\': plain.append('\\'); break;
            case 'u': plain.append((char) Integer.parseInt(text.substring(i + 1, i + 5), 16)); i += 4; break;
            default: throw new IllegalArgumentException(text);
            }
        }
        return plain.toString();
    }
}
