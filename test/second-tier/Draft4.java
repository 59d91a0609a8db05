import com.fasterxml.jackson.databind.JsonNode;
import com.github.fge.jackson.JsonLoader;
import com.github.fge.jsonschema.core.report.ProcessingMessage;
import com.github.fge.jsonschema.core.report.ProcessingReport;
import com.github.fge.jsonschema.main.JsonSchema;
import com.github.fge.jsonschema.main.JsonSchemaFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The first line of the input is a schema, each other a value: writes "valid", or what is wrong with it. */
public class Draft4 {
  public static void main(String[] arguments) throws Exception {
    BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    JsonNode node = JsonLoader.fromString(reader.readLine());
    JsonSchemaFactory factory = JsonSchemaFactory.byDefault();
    if (!factory.getSyntaxValidator().schemaIsValid(node)) throw new Exception("the schema is none");
    JsonSchema schema = factory.getJsonSchema(node);
    for (String line; (line = reader.readLine()) != null; ) {
      ProcessingReport report = schema.validate(JsonLoader.fromString(line));
      StringBuilder problems = new StringBuilder();
      for (ProcessingMessage message : report) problems.append(message.getMessage()).append("; ");
      System.out.println(report.isSuccess() ? "valid" : problems.toString());
    }
  }
}
