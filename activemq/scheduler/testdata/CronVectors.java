import java.util.*;
import java.text.*;
import org.apache.activemq.broker.scheduler.CronParser;

public class CronVectors {
    public static void main(String[] a) throws Exception {
        String[] entries = {
            "* * * * *", "0 * * * *", "*/5 * * * *", "*/15 * * * *", "10-40/7 * * * *", "1,2,3 * * * *", "30 4 * * *", "0 0 * * *", "0 2 29 2 *", "15 3 1 1 *",
            "0 12 * * 1", "0 12 * * 1-5", "0 0 13 * 5", "0 9-17 * * *", "5,10 8,20 * * *", "59 23 31 12 *", "0 0 31 * *", "0 0 30 2 *", "0 0 * 2 *",
            "0 0 1 */3 *", "0 0 */10 * *", "0 */6 * * *", "*/61 * * * *", "60 * * * *", "0 24 * * *", "0 0 32 * *", "0 0 0 * *", "0 0 * * 7", "0 0 * * 0", "0 0 * 13 *",
            "61 * * * *", "-1 * * * *", "a * * * *", "* * * *", "* * * * * *", "*/0 * * * *", "", "  0   12\t* *  * ", "? ? ? ? ?", "0 0 ? * 2", "*/5,7 * * * *", "1-3,10-12 * * * *",
            "5-3 * * * *", "0 30-10 * * *", "0 0 1,15 * 3", "0 0 * * 1,3,5", "30 2 * * *", "30 1 * * *", "0 3 * * *", "0 0 29-31 1-3 *", "0 0 1 1 0", "1/2 * * * *", "* 5 * * *", "* * 5 * *",
            "* * * 5 *", "* * * * 5", "0 0 * * MON", "0 0 1 JAN *", "+5 * * * *", "05 08 * * *", "0-59 0-23 1-31 1-12 0-6", "*/7 */3 */2 * *", "45 23 * * 6", "0 0 * * */2", ", * * * *", "1, * * * *", "- * * * *", "1- * * * *", "99999999999 * * * *"
        };
        String[] times = {"2026-11-21 14:32:10.500", "2026-11-21 14:59:59.999", "2026-12-31 23:59:30.000", "2027-02-28 12:00:00.000", "2028-02-28 23:10:00.000",
            "2026-03-29 01:30:15.000", "2026-10-25 01:30:15.000", "2026-10-25 00:59:59.000", "2026-01-31 00:00:00.000", "2026-05-15 09:00:00.000", "2026-05-31 23:59:00.000", "2026-11-21 00:00:00.000"};
        for (String zone : new String[] {"UTC", "Europe/Berlin", "America/New_York"}) {
            TimeZone.setDefault(TimeZone.getTimeZone(zone));
            SimpleDateFormat f = new SimpleDateFormat("yyyy-MM-dd HH:mm:ss.SSS");
            for (String e : entries) for (String t : times) {
                long now = f.parse(t).getTime();
                String r;
                try { r = Long.toString(CronParser.getNextScheduledTime(e, now)); }
                catch (Throwable x) { r = x.getClass().getName() + ": " + x.getMessage(); }
                System.out.println(zone + "|" + e + "|" + now + "|" + r);
            }
        }
    }
}
