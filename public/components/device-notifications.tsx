// What this device tells while one looks elsewhere. The browser is asked only when somebody presses the button for it.
import { useSignal } from '@preact/signals';
import { moreWords } from '../lib/more-words.ts';
import { type DeviceNotify, deviceNotify, setDeviceNotify, tryNotifications } from '../state/device-notify.ts';
import { Icon } from './icon.tsx';

export function DeviceNotifications() {
  const { notify: text } = moreWords.value;
  const isRefused = useSignal(false);
  const now = deviceNotify.value;
  const isSupported = 'Notification' in globalThis;
  const isAllowed = isSupported && Notification.permission === 'granted';
  const isOn = now.what !== 'off' && isAllowed;
  const change = (next: Partial<DeviceNotify>) => setDeviceNotify({ ...deviceNotify.peek(), ...next });
  return (
    <section class="device-notify">
      <h3>{text.deviceTitle}</h3>
      {!isSupported ? (
        <p class="help">{text.unsupported}</p>
      ) : (
        <>
          <p class="help">{isOn ? text.on : text.off}</p>
          {isOn ? (
            <div class="stacked">
              <fieldset class="options">
                <legend class="sr">{text.what}</legend>
                {(['mentions', 'all'] as const).map((what) => (
                  <label key={what} class="opt">
                    <input type="radio" name="what" checked={now.what === what} onChange={() => change({ what })} />
                    <b>{text.whats[what]}</b>
                  </label>
                ))}
              </fieldset>
              <label class="check">
                <input
                  type="checkbox"
                  checked={now.sound}
                  onChange={(event) => change({ sound: event.currentTarget.checked })}
                />
                <span>{text.sound}</span>
              </label>
              <div>
                <button class="btn" type="button" onClick={() => change({ what: 'off' })}>
                  <Icon name="bellOff" class="sm" />
                  {text.turnOff}
                </button>
              </div>
            </div>
          ) : (
            <div class="row">
              <button
                class="btn"
                type="button"
                onClick={async () => {
                  isRefused.value = !(await tryNotifications());
                }}
              >
                <Icon name="bell" class="sm" />
                {text.turnOn}
              </button>
              {!isAllowed && !isRefused.value && <span class="meta">{text.turnOnHelp}</span>}
            </div>
          )}
          {isRefused.value && (
            <p class="help bad" role="alert">
              {text.denied}
            </p>
          )}
        </>
      )}
    </section>
  );
}
