// The words of parts that load on first use: they come with those parts, in both languages, and not before.
import { computed } from '@preact/signals';
import { more as en } from '../words/more-en.ts';
import { more as id } from '../words/more-id.ts';
import { language } from './i18n.ts';

export const moreWords = computed(() => (language.value === 'id' ? id : en));
