import type { Severity } from '../../model/event.ts';

/** Levels of Python's logging module. Source: https://docs.python.org/3/library/logging.html#logging-levels */
export type InnerLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

const SEVERITY_OF_LEVEL: Readonly<Record<InnerLevel, Severity>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warning',
  ERROR: 'err',
  CRITICAL: 'crit',
};

/** The syslog severity that a Python level stands for. */
export function severityOfLevel(level: InnerLevel): Severity {
  return SEVERITY_OF_LEVEL[level];
}

/** The words that Python's own loggers print for levels. */
export const LEVEL_WORDS = ['DEBUG', 'INFO', 'WARNING', 'WARN', 'ERROR', 'CRITICAL', 'FATAL'] as const;

/**
 * Levels as services name them in other languages (`logging.addLevelName(logging.INFO, 'BİLGİ')`), in capitals as loggers
 * print them; CJK has none.
 */
const LEVELS_ELSEWHERE: Readonly<Record<InnerLevel, string>> = {
  DEBUG: 'ОТЛАДКА DEPURACIÓN DEPURACION DÉBOGAGE 调试 除錯 デバッグ 디버그',
  INFO: 'BİLGİ BILGI INFORMACIÓN INFORMACION INFORMAÇÃO INFORMACJA INFORMAZIONE INFORMASI HINWEIS ИНФО ИНФОРМАЦИЯ ИНФОРМАЦІЯ TIETO TEAVE INFORMACE INFORMÁCIÓ INFORMÁCIA INFORMACIJA INFORMAȚIE ΠΛΗΡΟΦΟΡΙΑ 信息 資訊 情報 정보',
  WARNING:
    'UYARI WARNUNG AVERTISSEMENT ADVERTENCIA ADVERTÈNCIA AVISO AVVISO AVVERTENZA ATTENZIONE ПРЕДУПРЕЖДЕНИЕ ПОПЕРЕДЖЕННЯ ВНИМАНИЕ OSTRZEŻENIE VAROITUS HOIATUS VAROVÁNÍ VAROVANIE UPOZORENJE UPOZORNĚNÍ FIGYELMEZTETÉS ADVARSEL VARNING WAARSCHUWING PERINGATAN AVERTISMENT ΠΡΟΕΙΔΟΠΟΙΗΣΗ 警告 경고',
  ERROR:
    'HATA FEHLER ERREUR ERRORE ERRO ОШИБКА ПОМИЛКА ГРЕШКА BŁĄD BLAD VIRHE VIGA CHYBA GREŠKA GRESKA HIBA FEJL FEIL FEL FOUT KESALAHAN EROARE KLAIDA KĻŪDA ΣΦΑΛΜΑ 错误 錯誤 エラー 오류',
  CRITICAL:
    'KRİTİK KRITIK KRITISCH CRITIQUE CRÍTICO CRITICO КРИТИЧЕСКАЯ КРИТИЧНО KRYTYCZNY KRIITTINEN KRITISK KRITICKÝ ΚΡΙΣΙΜΟ 严重 致命 重大 심각',
};

/**
 * Words of other loggers as well: loguru (TRACE, SUCCESS), log4j, syslog's names, Go's zap and logrus (dpanic, panic), the three or four letters
 * of zerolog, Serilog and logrus.
 */
const LEVEL_OF_WORD: ReadonlyMap<string, InnerLevel> = new Map<string, InnerLevel>([
  ...wordsElsewhere(),
  ['TRACE', 'DEBUG'],
  ['TRC', 'DEBUG'],
  ['DBG', 'DEBUG'],
  ['DEBU', 'DEBUG'],
  ['DEBUG', 'DEBUG'],
  ['VERBOSE', 'DEBUG'],
  ['INFO', 'INFO'],
  ['INF', 'INFO'],
  ['SUCCESS', 'INFO'],
  ['NOTICE', 'INFO'],
  ['INFORMATION', 'INFO'],
  ['WARN', 'WARNING'],
  ['WRN', 'WARNING'],
  ['WARNING', 'WARNING'],
  ['ERROR', 'ERROR'],
  ['ERR', 'ERROR'],
  ['ERRO', 'ERROR'],
  ['EXCEPTION', 'ERROR'],
  ['SEVERE', 'ERROR'],
  ['CRITICAL', 'CRITICAL'],
  ['CRIT', 'CRITICAL'],
  ['CRT', 'CRITICAL'],
  ['FTL', 'CRITICAL'],
  ['FATA', 'CRITICAL'],
  ['FATAL', 'CRITICAL'],
  ['ALERT', 'CRITICAL'],
  ['EMERG', 'CRITICAL'],
  ['EMERGENCY', 'CRITICAL'],
  ['PANIC', 'CRITICAL'],
  ['DPANIC', 'CRITICAL'],
]);

function wordsElsewhere(): readonly (readonly [string, InnerLevel])[] {
  const levels = Object.keys(LEVELS_ELSEWHERE) as InnerLevel[];
  return levels.flatMap((level) => LEVELS_ELSEWHERE[level].split(' ').map((word) => [word, level] as const));
}

/** All of them, in capitals. */
export const ALL_LEVEL_WORDS: readonly string[] = [...LEVEL_OF_WORD.keys()];

const LONGEST_WORD = 14;

/** The level that such a word stands for, in any case; null for other words. */
export function levelOf(word: string | undefined): InnerLevel | null {
  return word === undefined || word.length > LONGEST_WORD ? null : (LEVEL_OF_WORD.get(word.toUpperCase()) ?? null);
}

/** One letter for a level: Ruby's Logger, glog, tornado. */
const LEVEL_OF_LETTER: Readonly<Record<string, InnerLevel>> = {
  D: 'DEBUG',
  I: 'INFO',
  W: 'WARNING',
  E: 'ERROR',
  F: 'CRITICAL',
  C: 'CRITICAL',
  A: 'INFO',
};

/** The level that a single letter stands for where the rest of the header shows that it is one. */
export function levelOfLetter(letter: string | undefined): InnerLevel | null {
  return letter === undefined ? null : (LEVEL_OF_LETTER[letter] ?? null);
}

/** Scales on which loggers count levels. */
export type LevelScale = 'python' | 'pino' | 'syslog' | 'opentelemetry';

/** The number from which each level begins on a scale, gravest first; on syslog's the smaller is the graver. */
const SCALES: Readonly<Record<LevelScale, readonly (readonly [from: number, level: InnerLevel])[]>> = {
  // https://docs.python.org/3/library/logging.html#logging-levels
  python: [
    [50, 'CRITICAL'],
    [40, 'ERROR'],
    [30, 'WARNING'],
    [20, 'INFO'],
    [8, 'DEBUG'],
  ],
  // https://getpino.io/#/docs/api?id=loggerlevels-object, and bunyan's the same
  pino: [
    [60, 'CRITICAL'],
    [50, 'ERROR'],
    [40, 'WARNING'],
    [30, 'INFO'],
    [8, 'DEBUG'],
  ],
  // RFC 5424, 6.2.1, as GELF has it
  syslog: [
    [7, 'DEBUG'],
    [5, 'INFO'],
    [4, 'WARNING'],
    [3, 'ERROR'],
    [0, 'CRITICAL'],
  ],
  // https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
  opentelemetry: [
    [21, 'CRITICAL'],
    [17, 'ERROR'],
    [13, 'WARNING'],
    [9, 'INFO'],
    [1, 'DEBUG'],
  ],
};

/** The level that a number stands for on a scale; null outside of it. */
export function levelOfNumber(number: number, scale: LevelScale): InnerLevel | null {
  // Monolog counts by hundreds, logback by ten thousands.
  const steps = number >= 5000 ? number / 1000 : number >= 100 ? number / 10 : number;
  return steps > HIGHEST ? null : (SCALES[scale].find(([from]) => steps >= from)?.[1] ?? null);
}

/** https://github.com/Seldaek/monolog/blob/main/doc/01-usage.md#log-levels: 600 is an emergency. */
const HIGHEST = 60;
