// The words of memory and of "why this answer" in the language of the interface; they load with their panels.
import { computed } from '@preact/signals';
import type { Language } from '../../src/protocol/names.ts';
import { en, type MemoryWords } from '../words/memory-en.ts';
import { id } from '../words/memory-id.ts';
import { language } from './i18n.ts';

const WORDS: Record<Language, MemoryWords> = { en, id };

export const memoryWords = computed(() => WORDS[language.value]);
