import org.apache.activemq.util.TimeUtils;

/** Prints what the attribute Uptime is for a number of milliseconds, one case a line: java -cp activemq-broker.jar:… Uptime.java >uptime.txt */
public class Uptime {
    public static void main(String[] args) {
        long second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
        long[] cases = {
            0, 1, 999, 28626, 59999, minute, 2 * minute - 1, 2 * minute, hour - 1, hour, hour + minute + 1, hour + 2 * minute + 1, 2 * hour,
            day - 1, day, day + hour + 1, day + 2 * hour + 1, 2 * day, 3 * day - 1, 999 * day, 1234 * day, 12345 * day + hour + 1,
        };
        for (long c : cases) {
            System.out.println(c + " " + TimeUtils.printDuration(c));
        }
    }
}
