package dev.agentos.domain.contract;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Writes a contract in effect as a YAML file: what a migrated contract looks like in the present version. */
public final class ContractYaml {
    private ContractYaml() {}

    /** The contract with every default written out; it reads back as an equal one with the same digest. */
    public static String write(AgentContract contract) {
        DumpSettings settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setSchema(new CoreSchema())
                .setWidth(110)
                .build();
        return new Dump(settings).dumpToString(contract.toMap());
    }
}
