import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/** Renders mapping templates: each line of the input has a template and a body in base64, each of the output what they make. */
public class Velocity {
  public static class Util {
    public String urlEncode(String text) throws Exception { return URLEncoder.encode(text, "UTF-8"); }
    public String urlDecode(String text) throws Exception { return URLDecoder.decode(text, "UTF-8"); }
    public String escapeJavaScript(String text) { return StringEscapeUtils.escapeJavaScript(text); }
  }

  public static class Input {
    private final String body;
    public Input(String body) { this.body = body; }
    public String getBody() { return body; }
  }

  public static void main(String[] arguments) throws Exception {
    VelocityEngine engine = new VelocityEngine();
    engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    engine.init();
    BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = reader.readLine()) != null; ) {
      String[] parts = line.split(" ", -1);
      VelocityContext context = new VelocityContext();
      context.put("input", new Input(decoded(parts[1])));
      context.put("util", new Util());
      StringWriter writer = new StringWriter();
      engine.evaluate(context, writer, "template", decoded(parts[0]));
      System.out.println(Base64.getEncoder().encodeToString(writer.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static String decoded(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }
}
