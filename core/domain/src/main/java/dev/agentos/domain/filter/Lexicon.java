package dev.agentos.domain.filter;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The words that rules are made of, by concept, in the languages that attacks are mostly written in. A look-up costs one
 * hash of the word and no object.
 */
final class Lexicon {

    private static final String WORDS = """
            IGNORE ignore ignoring ignored disregard disregarding forget forgetting overlook bypass bypassing override \
            overriding neglect discard dismiss abandon unlearn ignoriere ignorieren vergiss vergessen missachte ignora \
            ignorar ignoren olvida olvidate olvide descarta ignorez oublie oubliez ignorare dimentica esqueca esqueça \
            desconsidere 忽略 无视 忽视 忘记 忘掉 無視 игнорируй игнорируйте забудь забудьте
            PRIOR previous prior above earlier preceding foregoing past existing original initial all any every your \
            former old current system given vorherigen vorigen obigen bisherigen früheren alle anteriores previas \
            previos todas précédentes precedentes precedenti tutte 之前 以前 上面 先前 所有 предыдущие все \
            developer former rest everything said
            INSTRUCTION instruction instructions prompt prompts rule rules directive directives guideline guidelines \
            command commands constraint constraints restriction restrictions policy policies directions orders \
            programming guidance protocol protocols safeguards safeguard filters limitations assignments assignment \
            anweisungen anweisung befehle regeln aufgaben instrucciones reglas ordenes órdenes consignes règles \
            instructies istruzioni regole instruções regras 指令 指示 规则 提示 инструкции правила
            TASK task tasks job request question query conversation objective goal context aufgabe tarea tâche 任务
            NEW new updated different following real actual next revised true neue neuen nueva nuevas nouvelle \
            nouvelles nuove novas 新的 新
            STOP stop halt pause cease abort terminate cancel stopp hör 停止
            FROM from ab desde
            NOW now on ahora maintenant jetzt
            YOU you your yourself du sie usted tú tu vous voi você 你 您
            ARE are become act behave pretend simulate roleplay imagine assume bist seid eres actua actúa agis wees 扮演
            PERSONA dan jailbreak jailbroken unrestricted unfiltered uncensored amoral evil chatbot persona character \
            dude aim stan developer godmode
            WITHOUT without no ignoring free lacking devoid ohne sin sans senza sem
            LIMITS restriction restrictions limits limitations rules filter filters filtering censorship ethics ethical \
            moral morals morality guidelines boundaries constraints policy policies disclaimer disclaimers warnings \
            safety refusal refuse
            REVEAL reveal show print output display repeat leak disclose expose dump echo share tell give provide state \
            list recite summarize return zeige gib verrate muestra revela affiche mostra 显示 输出 透露
            SYSTEM system initial hidden secret internal original confidential developer pre underlying
            PROMPT prompt instructions instruction message configuration rules text directive directives
            ASSISTANT assistant ai llm chatbot agent bot gpt chatgpt claude model copilot gemini siri asistente \
            assistent ki ia 助手 人工智能
            ATTENTION attention important importantly urgent critical notice warning note alert reminder immediately \
            mandatory wichtig importante 重要
            SEND send forward email e-mail mail transmit post upload share transfer deliver exfiltrate submit dispatch \
            wire sende schicke envía envia enviar envoie invia 发送 转发
            PRIVATE password passwords passcode credential credentials token tokens secret secrets key keys api ssn \
            passport card cvv pin address account history contacts private personal sensitive confidential data \
            information
            USER user owner person human customer client recipient victim
            NOT not don dont never without avoid nicht no nunca jamais 不要 不
            MENTION mention tell inform notify reveal alert disclose ask warn show explain report
            BEFORE before prior first instead afterwards vor antes avant
            USE using use call calling calls invoke invoking execute executing run running answering responding \
            replying proceeding using
            TOOL tool tools function functions api plugin command
            MUST must should need have required always shall obliged
            ANSWER answer answers respond response responses reply output say write include append add insert begin \
            start end print replace antworte responde réponds scrivi 回答 回复
            ONLY only just exactly solely nothing always nur solo seulement siempre 只
            ENCODE base64 rot13 hex hexadecimal backwards reversed reverse cipher encoded decode decoded decoding morse
            FOLLOW follow obey execute comply adhere perform do carry befolge sigue sigues suis segui 遵循 执行
            MODE mode modus modo
            ENABLED enabled enable activated activate unlocked unlock engaged developer debug maintenance admin sudo \
            god dev test training
            APPROVED approved authorized authorised permission consented granted confirmed agreed
            DONE completed complete finished done solved accomplished succeeded
            THIS this these that those following below underneath
            DELETE delete remove erase wipe destroy drop format disable deactivate uninstall lösche elimina supprime
            TRANSFER transfer pay wire withdraw deposit purchase buy donate grant unlock
            SILENT silently quietly secretly discreetly covertly unnoticed subtly
            ROT gur lbhe nyy naq vtaber cerivbhf vafgehpgvbaf gb fraq cyrnfr zl jvgu sbe gura
            BACK eht dna ruoy lla morf snoitcurtsni erongi suoiverp ot dnes esaelp htiw rof neht ym
            """;

    private static final int SIZE = 4096;
    private static final long[] KEYS = new long[SIZE];
    private static final long[] MASKS = new long[SIZE];
    private static final Map<String, Integer> NUMBERS = new LinkedHashMap<>();

    static {
        for (String line : WORDS.split("\n")) {
            String[] words = line.strip().split(" +");
            int number = NUMBERS.size();
            NUMBERS.put(words[0], number);
            for (int i = 1; i < words.length; i++) {
                add(hash(words[i]), 1L << number);
            }
        }
    }

    private Lexicon() {}

    private static void add(long key, long mask) {
        int slot = slot(key);
        while (KEYS[slot] != 0 && KEYS[slot] != key) {
            slot = (slot + 1) & (SIZE - 1);
        }
        KEYS[slot] = key;
        MASKS[slot] |= mask;
    }

    /** The bit of a concept. */
    static long bit(String concept) {
        Integer number = NUMBERS.get(concept);
        if (number == null) {
            throw new IllegalArgumentException("there is no concept " + concept);
        }
        return 1L << number;
    }

    /** The concepts of a word by its hash; 0 for a word that no rule knows. */
    static long concepts(long hash) {
        int slot = slot(hash);
        while (KEYS[slot] != 0) {
            if (KEYS[slot] == hash) {
                return MASKS[slot];
            }
            slot = (slot + 1) & (SIZE - 1);
        }
        return 0;
    }

    private static int slot(long hash) {
        return (int) (hash ^ (hash >>> 32)) & (SIZE - 1);
    }

    /** One step of the hash of a word (FNV-1a, 64 bits). */
    static long step(long hash, char lower) {
        return (hash ^ lower) * 0x100000001b3L;
    }

    static final long BASIS = 0xcbf29ce484222325L;

    private static long hash(String word) {
        long hash = BASIS;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c != '-') {
                hash = step(hash, Character.toLowerCase(c));
            }
        }
        return hash;
    }
}
